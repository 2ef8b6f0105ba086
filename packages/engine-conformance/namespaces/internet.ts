/**
 * A small internet of network namespaces: a switch that everything public is on, hosts, and routers with NAT (nftables
 * masquerade) that have networks of their own behind them. Addresses are of global scope (vl1.md §1.6): nothing here
 * has a way out to the real ones.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { inNamespace, ip, makeNamespace, removeNamespaces } from '../../core/testing/linux/namespaces.ts';

export const publicPrefix = '80.1.0';

/** Why this machine cannot make one, or undefined. */
function missing(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  if (spawnSync('nft', ['--version']).status !== 0) return 'no nft';
  return spawnSync('unshare', ['--net', 'true']).status === 0 ? undefined : 'no network namespaces';
}

/** True: run. False: skip, and say why. In CI a machine that cannot run them is a failure. */
export function canMakeInternet(): boolean {
  const reason = missing();
  if (reason === undefined) return true;
  if (process.env.CI === 'true') throw new Error(`the tests in network namespaces cannot run in CI: ${reason}`);
  console.warn(`skipped: the tests in network namespaces need root, ip and nft (${reason})`);
  return false;
}

function nft(ns: string, rules: string): void {
  execFileSync('ip', ['netns', 'exec', ns, 'nft', '-f', '-'], { input: rules, stdio: ['pipe', 'pipe', 'pipe'] });
}

let cables = 0;

/** A cable from a new interface of `ns` to a bridge of `hub`. */
function connect(ns: string, name: string, hub: string, bridge: string): void {
  const port = `port${++cables}`;
  ip('link', 'add', name, 'netns', ns, 'type', 'veth', 'peer', 'name', port, 'netns', hub);
  ip('-n', hub, 'link', 'set', port, 'master', bridge, 'up');
  ip('-n', ns, 'link', 'set', name, 'up');
}

function addBridge(ns: string, name: string): void {
  ip('-n', ns, 'link', 'add', name, 'type', 'bridge');
  ip('-n', ns, 'link', 'set', name, 'up');
}

/** Something with hosts on it: the public switch, or the network behind a router. */
export interface Lan {
  /** The namespace with the bridge. */
  readonly hub: string;
  readonly bridge: string;
  /** The first three parts of its addresses. */
  readonly prefix: string;
  /** Default route of its hosts; undefined where all others are neighbours. */
  readonly gateway: string | undefined;
}

export class Host {
  readonly ns: string;

  constructor(label: string) {
    this.ns = makeNamespace(label);
  }

  /** Has one cable at a time: what was there before is gone. */
  plugInto(lan: Lan, number: number): void {
    this.unplug();
    connect(this.ns, 'eth0', lan.hub, lan.bridge);
    this.#configure(lan, number);
  }

  unplug(): void {
    if (spawnSync('ip', ['-n', this.ns, 'link', 'del', 'eth0']).status !== 0) return; // there was none
  }

  /** Another address on the same cable, as a new lease gives it. */
  renumber(lan: Lan, number: number): void {
    ip('-n', this.ns, 'address', 'flush', 'dev', 'eth0', 'scope', 'global');
    this.#configure(lan, number);
  }

  /** One more interface with an address; its cable ends in a device of this host that does nothing. */
  addInterface(name: string, address: string): void {
    const end = `end${++cables}`;
    ip('-n', this.ns, 'link', 'add', name, 'type', 'veth', 'peer', 'name', end);
    ip('-n', this.ns, 'address', 'add', address, 'dev', name);
    ip('-n', this.ns, 'link', 'set', end, 'up');
    ip('-n', this.ns, 'link', 'set', name, 'up');
  }

  remove(name: string): void {
    ip('-n', this.ns, 'link', 'del', name);
  }

  #configure({ prefix, gateway }: Lan, number: number): void {
    ip('-n', this.ns, 'address', 'add', `${prefix}.${number}/24`, 'dev', 'eth0');
    if (gateway !== undefined) ip('-n', this.ns, 'route', 'add', 'default', 'via', gateway);
  }
}

/** A router that masquerades: endpoint-dependent filtering, ports kept where they are free (RFC 4787). */
export class NatRouter implements Lan {
  readonly hub: string;
  readonly bridge = 'lan0';
  readonly prefix: string;
  readonly gateway: string;

  constructor(wan: Lan, label: string, number: number, prefix: string) {
    this.hub = makeNamespace(label);
    this.prefix = prefix;
    this.gateway = `${prefix}.1`;
    connect(this.hub, 'wan0', wan.hub, wan.bridge);
    ip('-n', this.hub, 'address', 'add', `${wan.prefix}.${number}/24`, 'dev', 'wan0');
    addBridge(this.hub, this.bridge);
    ip('-n', this.hub, 'address', 'add', `${this.gateway}/24`, 'dev', this.bridge);
    inNamespace(this.hub, 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
    nft(
      this.hub,
      `table ip nat {
         chain out {
           type nat hook postrouting priority srcnat
           oifname "wan0" masquerade
         }
       }
       table ip filter {
         chain forward {
           type filter hook forward priority filter; policy drop
           ct state established,related accept
           iifname "lan0" oifname "wan0" accept
         }
         chain input {
           type filter hook input priority filter; policy accept
           iifname "wan0" ct state new drop
         }
       }`,
    );
  }

  /** UDP to a port of the router goes to a host behind it, as a port mapping has it. */
  mapPort(external: number, host: number, internal: number): void {
    nft(
      this.hub,
      `table ip mapping {
         chain in {
           type nat hook prerouting priority dstnat
           iifname "wan0" udp dport ${external} dnat to ${this.prefix}.${host}:${internal}
         }
       }
       add rule ip filter forward iifname "wan0" ip daddr ${this.prefix}.${host} udp dport ${internal} accept`,
    );
  }

  /**
   * From now on every destination sees another port of the router (RFC 4787 §4.1: address- and port-dependent mapping),
   * so that a path between two such routers cannot be punched.
   */
  becomeSymmetric(): void {
    nft(this.hub, 'flush chain ip nat out; add rule ip nat out oifname "wan0" masquerade fully-random');
  }

  /** From now on no UDP passes in either direction, as in a network that lets out the web only. */
  blockUdp(): void {
    nft(
      this.hub,
      `table ip block {
         chain forward {
           type filter hook forward priority filter - 10
           meta l4proto udp drop
         }
       }`,
    );
  }

  unblockUdp(): void {
    nft(this.hub, 'delete table ip block');
  }
}

export class Internet implements Lan {
  readonly hub = makeNamespace('wan');
  readonly bridge = 'wan';
  readonly prefix = publicPrefix;
  readonly gateway = undefined;

  constructor() {
    addBridge(this.hub, this.bridge);
  }

  /** A host with a public address. */
  host(label: string, number: number): Host {
    const host = new Host(label);
    host.plugInto(this, number);
    return host;
  }

  nat(label: string, number: number, prefix: string): NatRouter {
    return new NatRouter(this, label, number, prefix);
  }

  remove(): void {
    removeNamespaces();
  }
}
