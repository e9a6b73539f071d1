const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (value) => String(value).replaceAll(/[&<>"']/g, (character) => ESCAPES[character]);

const page = (body) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Wiki (stand-in)</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem }</style>
${body}
</html>
`;

/**
 * @param {{ notice?: string, provider?: string, redirectAtOnce: boolean, nonce: string }} view
 * @returns {string}
 */
export const signInPage = ({ notice, provider, redirectAtOnce, nonce }) =>
  page(`<h1>Login to the wiki</h1>
${notice ? `<p role="alert" data-testid="notice">${escape(notice)}</p>` : ""}
${
  provider
    ? `<p><a href="/auth/oidc" data-testid="sign-in">Continue with ${escape(provider)}</a></p>`
    : `<p data-testid="no-provider">No way to sign in is configured.</p>`
}
${redirectAtOnce ? `<script nonce="${nonce}">window.location.href = "/auth/oidc";</script>` : ""}`);

/**
 * @param {{ user: Record<string, any>, csrfToken: string, nonce: string }} view
 * @returns {string}
 */
export const homePage = ({ user, csrfToken, nonce }) =>
  page(`<h1>Home</h1>
<dl>
  <dt>Name</dt><dd data-testid="name">${escape(user.name)}</dd>
  <dt>E-mail</dt><dd data-testid="email">${escape(user.email)}</dd>
  <dt>Role</dt><dd data-testid="role">${escape(user.role)}</dd>
</dl>
<form data-testid="upload">
  <label>File <input type="file" name="file" data-testid="file" required></label>
  <button data-testid="send">Upload</button>
</form>
<p data-testid="upload-result" role="status"></p>
<p><button type="button" data-testid="sign-out">Sign out</button></p>
<script nonce="${nonce}">
const csrf = ${JSON.stringify(csrfToken)};
const find = (id) => document.querySelector(\`[data-testid="\${id}"]\`);

async function call(name, body) {
  const response = await fetch("/api/" + name, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf-token": csrf },
    body: JSON.stringify(body ?? {}),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer.data;
}

/** As Outline's own pages do it: ask for a form or an address, send the file to the storage. */
async function upload(file) {
  const { attachment, ...answer } = await call("attachments.create", {
    name: file.name,
    contentType: file.type || "application/octet-stream",
    size: file.size,
  });
  const response = await (answer.mode === "put" ? put(answer, file) : post(answer, file));
  if (!response.ok) throw new Error("storage answered " + response.status);
  return attachment;
}

/** The file is the form's last field: S3 reads none behind it. */
function post({ uploadUrl, form }, file) {
  const body = new FormData();
  for (const [name, value] of Object.entries(form)) body.append(name, value);
  body.append("file", file);
  return fetch(uploadUrl, { method: "POST", body });
}

/** Browsers set Content-Length themselves and ignore what a script says of it. */
const put = ({ url, headers }, file) => fetch(url, { method: "PUT", headers, body: file });

find("upload").addEventListener("submit", async (event) => {
  event.preventDefault();
  const result = find("upload-result");
  result.textContent = "Uploading";
  try {
    const attachment = await upload(event.target.elements.file.files[0]);
    const link = Object.assign(document.createElement("a"), { href: attachment.url, textContent: attachment.name });
    link.dataset.testid = "uploaded";
    result.replaceChildren("Uploaded ", link);
  } catch (error) {
    result.textContent = "Failed: " + error.message;
  }
});

find("sign-out").addEventListener("click", async () => {
  await call("auth.delete");
  window.location.href = "/auth/oidc.logout";
});
</script>`);
