/** Routes of networks (controller.md §8). */
import type { FastifyInstance } from 'fastify';
import type { Json } from '../domain/json.js';
import type { Controller } from '../service/controller.js';
import { sendFailure, sendJson, sendNothing } from './answers.js';

/** Version of the REST API (controller.md §14). */
const API_VERSION = 4;

type WithId = { Params: { id: string }; Body: Json };

/** Adds `/controller`, `/controller/network…` and `/unstable/controller/network`. */
export function addNetworkRoutes(app: FastifyInstance, controller: Controller): void {
  app.get('/controller', (request, reply) => {
    const { clock, databaseReady } = controller.status();
    if (!databaseReady) reply.code(503);
    return sendJson(request, reply, { controller: true, apiVersion: API_VERSION, clock, databaseReady }, '\t');
  });

  app.get('/controller/network', (request, reply) =>
    sendJson(
      request,
      reply,
      controller.networks().map(({ id }) => id),
    ),
  );

  app.get('/unstable/controller/network', (request, reply) => {
    const data = controller.networks().map((network) => {
      const members = controller.members(network.id);
      const authorizedMemberCount = members.filter(({ authorized }) => authorized).length;
      return { ...network, meta: { authorizedMemberCount, totalMemberCount: members.length } };
    });
    return sendJson(request, reply, { data, meta: { networkCount: data.length } });
  });

  app.get<WithId>('/controller/network/:id', (request, reply) => {
    const network = controller.network(request.params.id);
    return network === undefined ? sendNothing(reply, 404) : sendJson(request, reply, network);
  });

  addChanges(app, controller);
}

/** Creation, change and deletion; PUT does the same as POST (controller.md §7.3). */
function addChanges(app: FastifyInstance, controller: Controller): void {
  app.route<{ Body: Json }>({
    method: ['POST', 'PUT'],
    url: '/controller/network',
    handler: async (request, reply) => sendJson(request, reply, await controller.createNetwork(request.body)),
  });

  app.route<WithId>({
    method: ['POST', 'PUT'],
    url: '/controller/network/:id',
    async handler(request, reply) {
      const { id } = request.params;
      if (/^[0-9a-f]{10}_{6}$/i.test(id)) {
        const own = controller.status().address;
        if (id.slice(0, 10) === own) return sendJson(request, reply, await controller.createNetwork(request.body));
        return sendFailure(reply, 400, `Networks can only be created at this controller: use ${own}______`);
      }
      if (!/^[0-9a-f]{16}$/i.test(id)) return sendNothing(reply, 404);
      return sendJson(request, reply, await controller.updateNetwork(id, request.body));
    },
  });

  app.delete<WithId>('/controller/network/:id', async (request, reply) => {
    const { id } = request.params;
    if (controller.network(id) === undefined) return sendNothing(reply, 404);
    return sendJson(request, reply, await controller.deleteNetwork(id));
  });
}
