// Swagger UI, and how people sign in on it: a public client with PKCE.

const { clientId, scopes } = JSON.parse(document.getElementById("sign-in").textContent);

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  layout: "BaseLayout",
  oauth2RedirectUrl: `${location.origin}/docs/oauth2-redirect`,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
  showCommonExtensions: true,
  showExtensions: true,
  tryItOutEnabled: true,
});

if (clientId) ui.initOAuth({ clientId, scopes, usePkceWithAuthorizationCodeGrant: true });
