// Beside the page and not in it, so that its Content-Security-Policy need not allow inline scripts.

// The bare paths first, then the same under /api.
const byPath = (one, other) => {
  const key = (operation) => `${operation.get("path").startsWith("/api/")} ${operation.get("path")}`;
  return key(one).localeCompare(key(other));
};

window.ui = SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  operationsSorter: byPath,
  // Would send the document to a site elsewhere.
  validatorUrl: null,
});
