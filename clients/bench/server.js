// PostGraphile over the database of the benchmark, as its manual sets it up for production.
import { createServer } from "node:http";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { BENCH_DATABASE_URL, BENCH_PORT, BENCH_POOL, BENCH_RLS } = process.env;
const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  // It hides lists and orders without an index of their own; ours begin with the tenant, so it finds none.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({
      connectionString: BENCH_DATABASE_URL,
      schemas: ["public", "bench"],
      poolConfig: { max: Number(BENCH_POOL) },
    }),
  ],
  grafast: {
    explain: false,
    context(request) {
      if (BENCH_RLS !== "1") return {};
      const tenant = request.node?.req.headers["x-tenant"];
      return { pgSettings: { "crm.tenant": String(tenant), "crm.principal": String(tenant) } };
    },
  },
  grafserv: { graphiql: false, watch: false, websockets: false, graphqlPath: "/graphql" },
});

const server = createServer();
server.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
const serv = pgl.createServ(grafserv);
await serv.addTo(server);
server.listen(Number(BENCH_PORT), "127.0.0.1", () => console.log("serving"));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(0));
