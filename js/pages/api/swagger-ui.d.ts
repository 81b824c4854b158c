declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Request {
    headers: Record<string, string>;
    body?: unknown;
  }
  interface Options {
    url: string;
    dom_id: string;
    deepLinking: boolean;
    docExpansion: "none" | "list" | "full";
    filter: boolean;
    displayRequestDuration: boolean;
    tryItOutEnabled: boolean;
    defaultModelsExpandDepth: number;
    validatorUrl: string | null;
    requestInterceptor(request: Request): Request;
  }
  export default function SwaggerUI(options: Options): unknown;
}

declare module "swagger-ui-dist/swagger-ui.css";
