// Who looks. What proves it is kept in this tab alone, and is in no address.

const SIGN_IN = JSON.parse($("sign-in").textContent);
const HERE = `${location.origin}${location.pathname}`;
const [BEGUN, PROOF] = ["exchange-sign-in", "exchange-proof"];
const isEntra = SIGN_IN.mode === "entra";

/** Headers that say who asks; null if nobody has signed in. */
function proof() {
  if (SIGN_IN.mode === "none") return {};
  const kept = sessionStorage.getItem(PROOF);
  if (kept === null) return null;
  return isEntra ? { Authorization: `Bearer ${kept}` } : { "X-API-Key": kept };
}

/** Show the way in instead of the service, and why. */
function shut(why = "") {
  sessionStorage.removeItem(PROOF);
  stop();
  document.body.dataset.live = "shut";
  document.title = "Sign in – Exchange API";
  say($("live-word"), "Signed out");
  set($("lost"), "hidden", "");
  set($("leave"), "hidden", "");
  set($("door"), "hidden", null);
  set($("door-label"), "hidden", isEntra ? "" : null);
  set($("door-key"), "disabled", isEntra ? "" : null);
  say($("door-why"), why);
  const canEnter = !isEntra || SIGN_IN.client_id;
  set($("door-enter"), "hidden", canEnter ? null : "");
  say($("door-enter"), isEntra ? "Sign in with Microsoft" : "Show me");
  if (!canEnter) say($("door-text"), "Nobody can sign in on this page: EXCHANGE_BROWSER_CLIENT_ID is not set. Use /health/exchange and /ops with a token.");
  (isEntra ? $("door-enter") : $("door-key")).focus();
}

/** Show the service to who has shown who they are. */
function open() {
  set($("door"), "hidden", "");
  set($("leave"), "hidden", SIGN_IN.mode === "none" ? "" : null);
  document.body.dataset.live = "connecting";
  say($("live-word"), "Connecting");
  connect();
  setTimeout(() => document.body.dataset.live === "connecting" && lost(), 5000);
}

/** What an answer says if it was refused for who asks; else null. */
function refusal(status, told) {
  if (status === 401) return `You have to sign in again. ${told.detail ?? ""}`;
  if (status === 403) return `${told.detail ?? "You may not see this."} Have it assigned to you, or come as somebody else.`;
  return null;
}

const written = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const chance = () => written(crypto.getRandomValues(new Uint8Array(32)));

/** Leave for Entra ID, and remember what only this tab can know (RFC 7636). */
async function leaveForEntra() {
  if (!crypto.subtle) throw new Error("Browsers let nobody sign in here without HTTPS.");
  const [verifier, state] = [chance(), chance()];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  sessionStorage.setItem(BEGUN, JSON.stringify({ verifier, state }));
  const asked = {
    client_id: SIGN_IN.client_id, response_type: "code", redirect_uri: HERE, scope: SIGN_IN.scope, state,
    code_challenge: written(new Uint8Array(digest)), code_challenge_method: "S256", prompt: "select_account",
  };
  location.assign(`${SIGN_IN.authorize}?${new URLSearchParams(asked)}`);
}

/** Take what Entra ID has sent this tab back with, if it has. */
async function comeBack() {
  const told = new URLSearchParams(location.search);
  const begun = JSON.parse(sessionStorage.getItem(BEGUN));
  if (!isEntra || !told.has("state")) return;
  sessionStorage.removeItem(BEGUN);
  history.replaceState(null, "", HERE);
  if (told.get("state") !== begun?.state) throw new Error("That sign-in was not begun in this tab.");
  if (!told.has("code")) throw new Error(told.get("error_description") ?? "Entra ID did not let you in.");
  const body = new URLSearchParams({
    client_id: SIGN_IN.client_id, grant_type: "authorization_code", code: told.get("code"),
    redirect_uri: HERE, code_verifier: begun.verifier,
  });
  const answer = await fetch(SIGN_IN.token, { method: "POST", body, credentials: "omit" });
  const given = await answer.json();
  if (!answer.ok) throw new Error(given.error_description ?? "Entra ID gave no token.");
  sessionStorage.setItem(PROOF, given.access_token);
}

async function enter(event) {
  event.preventDefault();
  if (isEntra) {
    await leaveForEntra().catch((error) => shut(error.message));
  } else {
    sessionStorage.setItem(PROOF, $("door-key").value.trim());
    $("door-key").value = "";
    open();
  }
}

function leave() {
  sessionStorage.removeItem(PROOF);
  location.replace(HERE);
}

async function begin() {
  try {
    await comeBack();
  } catch (error) {
    shut(error.message);
    return;
  }
  if (proof()) open();
  else shut();
}

$("door-form").addEventListener("submit", enter);
$("leave").addEventListener("click", leave);
