import { WebSocketServer } from "ws";

/** As short as in 1.9.2, so that a proxy in front may answer with a 502 of its own. */
const REFUSAL = "HTTP/1.1 400 Bad Request\r\n";

/**
 * Answers upgrades on `/realtime` (whose Origin must be the start of URL, which for a browser
 * means equal to it) and on `/collaboration/<document>`; refuses all others with 400.
 * A socket greets with the service's name and sends back what it gets.
 *
 * An address that opens more than RATE_LIMITER_COLLABORATION_REQUESTS documents within
 * RATE_LIMITER_DURATION_WINDOW seconds gets no greeting but the end (@hocuspocus/extension-throttle
 * bans it for five minutes; here it is the rest of the window).
 *
 * @param {import("node:http").Server} server
 * @param {Record<string, any>} env
 * @returns {WebSocketServer}
 */
export function attachSockets(server, env) {
  const sockets = new WebSocketServer({ noServer: true });
  const isCrowd = crowdsOver(env.RATE_LIMITER_COLLABORATION_REQUESTS, env.RATE_LIMITER_DURATION_WINDOW);
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const service = serviceOf(request, env);
    if (!service) {
      socket.end(REFUSAL);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on("error", () => client.terminate());
      if (service === "collaboration" && isCrowd(request.headers["x-real-ip"])) {
        client.close(4403);
        return;
      }
      client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
      client.send(service);
    });
  });
  return sockets;
}

/** @returns {(address?: string) => boolean} whether an address has been counted too often */
function crowdsOver(limit, seconds) {
  const opened = new Map();
  return (address = "") => {
    const since = Date.now() - seconds * 1000;
    const recent = [...(opened.get(address) ?? []).filter((time) => time > since), Date.now()];
    opened.set(address, recent);
    return recent.length > limit;
  };
}

/** @returns {"realtime" | "collaboration" | undefined} */
function serviceOf(request, env) {
  const { origin } = request.headers;
  if (request.url.startsWith("/realtime")) {
    return origin && env.URL.startsWith(origin) ? "realtime" : undefined;
  }
  if (request.url.startsWith("/collaboration")) {
    const { pathname } = new URL(request.url, env.URL);
    return pathname.replace("/collaboration", "").split("/").pop() ? "collaboration" : undefined;
  }
  return undefined;
}
