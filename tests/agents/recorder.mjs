// Stands between an agent and the gateway, hands everything on, and keeps what was sent and how it was answered.
import http from "node:http";

/** Returns url, exchanges so far and stop. An exchange: method, path, headers, body as text, status, and the answer as text. */
export function startRecorder(gateway) {
  const exchanges = [];
  const { hostname, port } = new URL(gateway);
  const server = http.createServer((request, response) => {
    const exchange = { method: request.method, path: request.url, headers: request.headers, body: "", status: null, answer: "" };
    exchanges.push(exchange);
    const upstream = http.request({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      exchange.status = answer.statusCode;
      response.writeHead(answer.statusCode, answer.headers);
      answer.on("data", (chunk) => { exchange.answer += chunk; });
      answer.pipe(response);
    });
    upstream.on("error", () => response.destroy());
    response.on("close", () => upstream.destroy());
    request.on("data", (chunk) => { exchange.body += chunk; });
    request.pipe(upstream);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({
    url: `http://127.0.0.1:${server.address().port}`, exchanges,
    stop: () => { server.closeAllConnections(); return new Promise((done) => server.close(done)); },
  })));
}
