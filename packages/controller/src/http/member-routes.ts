/** Routes of members (controller.md §8). */
import type { FastifyInstance } from 'fastify';
import type { Json } from '../domain/json.js';
import type { Controller } from '../service/controller.js';
import { sendJson, sendNothing } from './answers.js';

const LIST = '/controller/network/:id/member';
const ONE = `${LIST}/:member`;

type WithId = { Params: { id: string } };
type WithMember = { Params: { id: string; member: string }; Body: Json };

/** Adds `/controller/network/{n}/member…` and its unstable list. */
export function addMemberRoutes(app: FastifyInstance, controller: Controller): void {
  app.get<WithId>(LIST, (request, reply) => {
    const { id } = request.params;
    if (controller.network(id) === undefined) return sendNothing(reply, 404);
    const revisions = controller.members(id).map((member): [string, number] => [member.id, member.revision]);
    return sendJson(request, reply, Object.fromEntries(revisions));
  });

  app.get<WithId>(`/unstable${LIST}`, (request, reply) => {
    const { id } = request.params;
    if (controller.network(id) === undefined) return sendNothing(reply, 404);
    const data = controller.members(id);
    const authorizedCount = data.filter(({ authorized }) => authorized).length;
    return sendJson(request, reply, { data, meta: { authorizedCount, totalCount: data.length } });
  });

  app.get<WithMember>(ONE, (request, reply) => {
    const member = controller.member(request.params.id, request.params.member);
    return member === undefined ? sendNothing(reply, 404) : sendJson(request, reply, member);
  });

  app.route<WithMember>({
    method: ['POST', 'PUT'],
    url: ONE,
    async handler(request, reply) {
      const { id, member } = request.params;
      if (controller.network(id) === undefined || !/^[0-9a-f]{10}$/i.test(member)) return sendNothing(reply, 404);
      return sendJson(request, reply, await controller.updateMember(id, member, request.body));
    },
  });

  app.delete<WithMember>(ONE, async (request, reply) => {
    const { id, member } = request.params;
    if (controller.member(id, member) === undefined) return sendNothing(reply, 404);
    return sendJson(request, reply, await controller.deleteMember(id, member));
  });
}
