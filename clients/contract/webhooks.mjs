// Reads [{secret, headers, body}] as JSON and prints, for each, whether the published package accepts it.
import { Webhook } from "standardwebhooks";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const accepted = JSON.parse(Buffer.concat(chunks).toString("utf8")).map(({ secret, headers, body }) => {
  try {
    new Webhook(secret).verify(Buffer.from(body, "base64").toString("utf8"), headers);
    return true;
  } catch {
    return false;
  }
});
process.stdout.write(JSON.stringify(accepted));
