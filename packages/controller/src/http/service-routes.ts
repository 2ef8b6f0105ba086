/** The part of the local service API that tools need beside the controller (controller.md §11): read only. */
import type { NetworkInfo, NodeInfo, PeerInfo } from '@ztkit/types';
import type { FastifyInstance } from 'fastify';
import { sendJson } from './answers.js';

/** What these routes show: a running node. */
export interface ServiceView {
  info(): NodeInfo;
  peers(): readonly PeerInfo[];
  networks(): readonly NetworkInfo[];
}

/** The release whose protocol and API ztkit speaks; tools decide by it what they may use. */
const VERSION = { versionMajor: 1, versionMinor: 14, versionRev: 1, versionBuild: 0, version: '1.14.1' } as const;
const UNKNOWN_VERSION = '-1.-1.-1';

/** Adds `/status`, `/health`, `/peer…` and `/network…`. `now` is ms since the epoch. */
export function addServiceRoutes(app: FastifyInstance, view: ServiceView, now: () => number): void {
  app.get('/status', (request, reply) => sendJson(request, reply, statusOf(view.info(), now())));

  app.get('/health', (request, reply) =>
    sendJson(request, reply, { ...VERSION, online: view.info().online, clock: now() }),
  );

  app.get('/peer', (request, reply) => {
    const peers = view.peers().map((peer) => peerJson(peer, now()));
    return sendJson(
      request,
      reply,
      peers.sort((a, b) => (a.address < b.address ? -1 : 1)),
    );
  });

  app.get<{ Params: { id: string } }>('/peer/:id', (request, reply) => {
    const peer = view.peers().find(({ address }) => address === request.params.id.toLowerCase());
    return sendJson(request, reply, peer === undefined ? {} : peerJson(peer, now()));
  });

  app.get('/network', (request, reply) => sendJson(request, reply, view.networks().map(networkJson)));

  app.get<{ Params: { id: string } }>('/network/:id', (request, reply) => {
    const network = view.networks().find(({ id }) => id === request.params.id.toLowerCase());
    if (network !== undefined) return sendJson(request, reply, networkJson(network));
    return sendJson(request, reply.code(404), {});
  });
}

function statusOf(info: NodeInfo, clock: number): object {
  const listeningOn = info.bound.map(({ address, port }) => `${address}/${port}`);
  const surfaceAddresses = info.surface.map(({ address, port }) => `${address}/${port}`);
  return {
    ...VERSION,
    address: info.address,
    publicIdentity: info.identity,
    online: info.online,
    tcpFallbackActive: false,
    clock,
    planetWorldId: Number(info.planetId),
    planetWorldTimestamp: Number(info.planetTimestamp),
    config: { settings: { listeningOn, surfaceAddresses, primaryPort: info.bound[0]?.port ?? 0 } },
  };
}

function peerJson(peer: PeerInfo, clock: number) {
  const [major = -1, minor = -1, rev = -1] = (peer.version ?? UNKNOWN_VERSION).match(/-?\d+/g)?.map(Number) ?? [];
  return {
    address: peer.address,
    versionMajor: major,
    versionMinor: minor,
    versionRev: rev,
    version: peer.version ?? UNKNOWN_VERSION,
    latency: peer.latency ?? -1,
    role: peer.role,
    isBonded: false,
    tunneled: false,
    paths: peer.paths.map((path) => ({
      address: `${path.endpoint.address}/${path.endpoint.port}`,
      lastSend: clock - path.sinceSentMs,
      lastReceive: clock - path.sinceHeardMs,
      trustedPathId: 0,
      active: !path.expired,
      expired: path.expired,
      preferred: path.preferred,
    })),
  };
}

function networkJson(network: NetworkInfo): object {
  const { config } = network;
  return {
    id: network.id,
    nwid: network.id,
    mac: network.mac,
    status: network.status,
    name: config?.name ?? '',
    type: (config?.type ?? 'private').toUpperCase(),
    mtu: config?.mtu ?? 0,
    dhcp: false,
    bridge: config?.bridge ?? false,
    broadcastEnabled: config?.broadcast ?? false,
    portError: 0,
    netconfRevision: Number(config?.revision ?? 0n),
    assignedAddresses: (config?.addresses ?? []).map(({ address, bits }) => `${address}/${bits}`),
    routes: (config?.routes ?? []).map(({ target, via, flags, metric }) => ({
      target: `${target.address}/${target.bits}`,
      via: via ?? null,
      flags,
      metric,
    })),
    dns: config?.dns ?? { domain: '', servers: [] },
  };
}
