// A Portcullis of one's own for a test: `start()` resolves once it is ready, `stop()` once it is gone.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const binary = process.env.PORTCULLIS_BIN ?? fileURLToPath(new URL("../../target/debug/portcullis", import.meta.url));

export async function start() {
  const server = spawn(binary, ["serve", "--dev", "--listen", "127.0.0.1:0", "--format", "json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH },
  });
  const exited = once(server, "exit");
  const line = createInterface({ input: server.stdout })[Symbol.asyncIterator]().next();
  const first = await Promise.race([line, exited.then(([code]) => Promise.reject(new Error(`${binary} ended: ${code}`)))]);
  const ready = JSON.parse(first.value);
  return {
    accountId: ready.account_id,
    settings: { endpoint: ready.endpoint, region: "us-east-1", maxAttempts: 1 },
    root: { accessKeyId: ready.access_key_id, secretAccessKey: ready.secret_access_key },
    async advance(seconds) {
      const answer = await fetch(`${ready.operations_endpoint}/clock/advance?seconds=${seconds}`, { method: "POST" });
      if (!answer.ok) throw new Error(`the clock did not move: ${answer.status}`);
    },
    async stop() {
      server.kill("SIGTERM");
      await exited;
    },
  };
}
