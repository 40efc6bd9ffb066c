// Takes what Entra ID says back to Swagger UI, if that has asked for it.
// Source: https://github.com/swagger-api/swagger-ui/blob/master/dist/oauth2-redirect.js

const { auth, callback, errCb, redirectUrl, state } = window.opener.swaggerUIRedirectOauth2;
const told = new URLSearchParams(location.search);
const code = told.get("code");

if (code && told.get("state") === state) {
  callback({ auth: Object.assign(auth, { code }), redirectUrl });
} else {
  const message = told.get("error_description") ?? "The answer is not to what this page has asked.";
  errCb({ authId: auth.name, source: "auth", level: "error", message });
}
window.close();
