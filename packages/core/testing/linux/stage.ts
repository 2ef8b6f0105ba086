/** What every functional test stands on: our stack on a link to a namespace with the kernel's sockets. */
import { Lab } from './lab.ts';
import { configure, makeNamespace, removeNamespaces } from './namespaces.ts';

export type Family = 'v4' | 'v6';
export const families: Family[] = ['v4', 'v6'];

export interface Stage {
  ns: string;
  device: string;
  ours: Lab; // our stack, with the link
  kernel: Lab;
  address: Record<'ours' | 'kernel', Record<Family, string>>;
  end(): Promise<void>;
}

const address = {
  ours: { v4: '10.1.0.1', v6: 'fd01::1' },
  kernel: { v4: '10.1.0.2', v6: 'fd01::2' },
};

export async function openStage(settings: Record<string, number> = {}, mtu = 1500): Promise<Stage> {
  const ns = makeNamespace('peer');
  const device = 'zt0';
  const ours = await Lab.link(
    `stack:${mtu}:${address.ours.v4}/24,${address.ours.v6}/64`,
    `tap:${ns}:${device}`,
    settings,
  );
  configure({ ns, name: device, mtu, addresses: [`${address.kernel.v4}/24`, `${address.kernel.v6}/64`] });
  const kernel = Lab.sockets(ns);
  const end = async () => {
    await Promise.all([ours.stop(), kernel.stop()]);
    removeNamespaces();
  };
  return { ns, device, ours, kernel, address, end };
}

let nextPort = 6000;

export interface Joined {
  client: Lab;
  server: Lab;
  port: number;
}

export type Direction = 'we connect' | 'we listen';
export const directions: Direction[] = ['we connect', 'we listen'];

/** A connection named `c` at the client's and `s` at the server's side, with the listener `l`. */
export async function join(stage: Stage, direction: Direction, family: Family): Promise<Joined> {
  const [client, server] = direction === 'we connect' ? [stage.ours, stage.kernel] : [stage.kernel, stage.ours];
  const ip = stage.address[direction === 'we connect' ? 'kernel' : 'ours'][family];
  const port = ++nextPort;
  await server.call('listen', 'l', `${ip}/${port}`, 8);
  await Promise.all([server.call('accept', 'l', 's'), client.call('connect', 'c', `${ip}/${port}`)]);
  return { client, server, port };
}

export async function leave({ client, server }: Joined): Promise<void> {
  await Promise.all([client.call('close', 'c'), server.call('close', 's'), server.call('close', 'l')]);
}
