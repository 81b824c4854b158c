/** The page that shows the service's API, beside the document that describes it. */
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";

SwaggerUI({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor(request) {
    const token = request.headers["X-Authorization"];
    if (token !== undefined && !/^token\s/i.test(token))
      request.headers["X-Authorization"] = `Token ${token}`;
    request.body = withoutEmpty(request.body);
    // A request that this page was told to send is not a link of somebody else's page.
    request.headers["X-Requested-With"] = "XMLHttpRequest";
    return request;
  },
});

/** The page sends fields that nobody filled in as empty ones; to the service these are values like others. */
function withoutEmpty(body: unknown): unknown {
  if (typeof body !== "string") return body;
  return body
    .split("&")
    .filter((field) => !field.endsWith("="))
    .join("&");
}
