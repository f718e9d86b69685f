// Starts Swagger UI on this node's own description. It sends what is tried to the address of this page, whatever name the node
// has for itself, so that a proxy before it does no harm.

window.skyedgeDocs = window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#operations',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  filter: true,
  syntaxHighlight: false,
  validatorUrl: null,
  requestInterceptor(request) {
    const { pathname, search } = new URL(request.url, location.href)
    request.url = location.origin + pathname + search
    return request
  },
})
