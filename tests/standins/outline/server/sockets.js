import { WebSocketServer } from "ws";

/** As short as in 1.9.2, so that a proxy in front may answer with a 502 of its own. */
const REFUSAL = "HTTP/1.1 400 Bad Request\r\n";

/**
 * Answers upgrades on `/realtime` (whose Origin must be the start of URL, which for a browser
 * means equal to it) and on `/collaboration/<document>`; refuses all others with 400.
 * A socket greets with the service's name and sends back what it gets.
 *
 * @param {import("node:http").Server} server
 * @param {Record<string, any>} env
 * @returns {WebSocketServer}
 */
export function attachSockets(server, env) {
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const service = serviceOf(request, env);
    if (!service) {
      socket.end(REFUSAL);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on("error", () => client.terminate());
      client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
      client.send(service);
    });
  });
  return sockets;
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
