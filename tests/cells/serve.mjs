// A folder on a loopback port, and one place to send a report to.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

/**
 * `report` resolves to what is posted to `/report`.
 *
 * @param {Record<string, string>} headers of every answer
 */
export async function serve(folder, headers) {
  let reported;
  const report = new Promise((resolve) => {
    reported = resolve;
  });
  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method === "POST" && request.url === "/report") {
      reported(JSON.parse(await text(request)));
      return response.end();
    }
    const file = join(folder, normalize(new URL(request.url, "http://cell.example").pathname));
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
    return createReadStream(file).pipe(response);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const close = () => new Promise((closed) => server.close(closed).closeAllConnections());
  return { origin: `http://127.0.0.1:${server.address().port}`, report, close };
}

async function text(request) {
  let whole = "";
  for await (const part of request.setEncoding("utf8")) whole += part;
  return whole;
}
