// Beside the page and not in it, so that its Content-Security-Policy need not allow inline scripts.
window.ui = SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  // Would send the document to a site elsewhere.
  validatorUrl: null,
});
