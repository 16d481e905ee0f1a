// Signing in, for apps that run in the browser: an ES module that the gate serves. It is public,
// holds no secret, and touches requests to its own origin only.

const SEVERED_MS = 2000; // a window that "closed" this early was only cut off from its opener
const PATIENCE_MS = 900000;

const at = (path, next) => {
  const address = new URL(path, import.meta.url);
  if (next) address.searchParams.set("next", next);
  return address.href;
};
let known; // the `sub` of whoever was signed in last, as far as this page has asked
const here = () => location.pathname + location.search + location.hash;

/** As `window.fetch`. Without a session it signs in first, then asks once more.
 *
 * A request is not repeated as somebody else, where `me` or `keepAlive` had told who it was. `signIn`
 * is "redirect" (the page is left, and loaded again), "popup" (it stays), or "none" (the 401 is
 * yours).
 */
export async function fetch(input, { signIn: how = "redirect", ...options } = {}) {
  const request = new Request(input, options);
  const before = known;
  const first = await window.fetch(request.clone());
  if (request.credentials === "omit" || !(await lacksSession(request, first))) return first;
  tell();
  if (how === "none") return first;
  await signIn(how);
  const now = await me();
  // What one person began is not sent as another.
  return before && now?.sub !== before ? first : window.fetch(request);
}

async function lacksSession(request, response) {
  if (response.status !== 401 || new URL(request.url).origin !== location.origin) return false;
  const said = await response.clone().json().catch(() => ({}));
  return said.error === "login_required";
}

const tell = () => window.dispatchEvent(new CustomEvent("cognito-gate:session-ended"));

/** Who is signed in, as `/me` has it, or null. */
export async function me() {
  const response = await window.fetch(at("me"), { headers: { accept: "application/json" } });
  if (!response.ok) return null;
  const told = Date.parse(response.headers.get("date")) || Date.now();
  const who = await response.json();
  known = who.sub;
  return { ...who, expires_in: who.expires_at - told / 1000 };
}

let waiting;

/** Sign in, by leaving the page ("redirect") or in a window ("popup").
 *
 * Where windows are blocked the page is left after all. Rejects with an AbortError when the window
 * was closed.
 */
export function signIn(how = "redirect") {
  if (how === "popup") {
    waiting ??= inWindow().finally(() => (waiting = undefined));
    return waiting;
  }
  location.assign(at("login", here()));
  return new Promise(() => {});
}

async function inWindow() {
  const next = new URL(at("signed-in")).pathname;
  const opened = window.open(at("login", next), "cognito-gate", "popup,width=480,height=720");
  if (!opened) return signIn("redirect");
  const begun = Date.now();
  const channel = new BroadcastChannel("cognito-gate");
  let timer;
  try {
    await new Promise((resolve, reject) => {
      const abort = () => reject(new DOMException("the sign-in was not finished", "AbortError"));
      channel.onmessage = resolve;
      timer = setInterval(() => {
        const since = Date.now() - begun;
        const severed = since < SEVERED_MS;
        if (opened.closed && severed) clearInterval(timer);
        else if (opened.closed) me().then((who) => (who ? resolve() : abort()));
      }, 500);
      setTimeout(abort, PATIENCE_MS);
    });
  } finally {
    clearInterval(timer);
    channel.close();
  }
}

/** Sign out, and leave the page. */
export function signOut() {
  location.assign(at("logout"));
}

let timer;

/** Have the session refreshed while the page is open, `before` seconds before it ends.
 *
 * When it cannot be, `cognito-gate:session-ended` is dispatched on `window`.
 */
export async function keepAlive({ before = 30 } = {}) {
  clearTimeout(timer);
  const who = await me().catch(() => undefined);
  if (who === null) return tell();
  const seconds = who ? Math.max(5, who.expires_in - before) : 30; // undefined: no network
  timer = setTimeout(keepAlive, 1000 * Math.min(seconds, 86400), { before });
}
