/** Gateways on loopback that map UDP ports by NAT-PMP, PCP or UPnP, and remember what they were asked. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const externalAddress = [44, 1, 2, 3];

/** A mapping asked for: internal port, lifetime in seconds (0: take it back). */
export interface Asked {
  port: number;
  lifetime: number;
}

export class FakeGateway {
  readonly asked: Asked[] = [];
  /** Internal port to external port. */
  readonly mapped = new Map<number, number>();
  /** Datagrams it does not answer, to see that they are sent again. */
  deaf = 0;
  /** What its provider gave it; a lease that ends brings another. */
  external = externalAddress;
  /** Seconds since it started, as its answers say. */
  epoch = 9;
  #socket: Socket = createSocket('udp4');
  #http: Server | undefined;
  port = 0;

  async listen(answer: (message: Buffer) => Uint8Array | undefined): Promise<this> {
    this.#socket.on('message', (message, from) => {
      if (this.deaf-- > 0) return;
      const reply = answer(message);
      if (reply !== undefined) this.#socket.send(reply, from.port, from.address);
    });
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    this.port = this.#socket.address().port;
    return this;
  }

  /** It forgets what it mapped, and counts from the beginning. */
  reboot(): void {
    this.mapped.clear();
    this.epoch = 0;
  }

  /** The external port, 0 when it was taken back. */
  map(port: number, lifetime: number): number {
    this.asked.push({ port, lifetime });
    if (lifetime === 0) this.mapped.delete(port);
    else this.mapped.set(port, 40_000);
    return lifetime === 0 ? 0 : 40_000;
  }

  /** RFC 6886. `result`: what it answers to a mapping. */
  static natPmp(result = 0): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    return gateway.listen((message) => {
      if (message[0] !== 0) return Uint8Array.of(0, 128 + (message[1] ?? 0), 0, 1, 0, 0, 0, 0); // unsupported version
      if (message[1] === 0) return Uint8Array.of(0, 128, 0, 0, 0, 0, 0, gateway.epoch, ...gateway.external);
      const port = message.readUInt16BE(4);
      const lifetime = message.readUInt32BE(8);
      const answer = Buffer.alloc(16);
      answer.set([0, 129, 0, result, 0, 0, 0, gateway.epoch]);
      answer.writeUInt16BE(port, 8);
      if (result === 0) answer.writeUInt16BE(gateway.map(port, lifetime), 10);
      answer.writeUInt32BE(Math.min(lifetime, 3600), 12);
      return answer;
    });
  }

  /** RFC 6887. */
  static pcp(): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    return gateway.listen((message) => {
      if (message[0] !== 2 || message[1] !== 1 || message.length !== 60 || message[36] !== 17) return undefined;
      const answer = Buffer.from(message);
      const lifetime = message.readUInt32BE(4);
      answer[1] = 0x81;
      answer.fill(0, 8, 24);
      answer.writeUInt32BE(gateway.epoch, 8);
      answer.writeUInt16BE(gateway.map(message.readUInt16BE(40), lifetime), 42);
      answer.set([...new Uint8Array(10), 0xff, 0xff, ...gateway.external], 44);
      return answer;
    });
  }

  /** UPnP IGD 1: `conflicts` ports are taken; only unlimited leases unless `leases`. */
  static async upnp({ conflicts = 0, leases = true, elsewhere = false } = {}): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    const taken: number[] = [];
    const fault = (code: number) => `<s:Envelope><s:Body><errorCode>${code}</errorCode></s:Body></s:Envelope>`;
    const act = (action: string, value: (name: string) => string): [number, string] => {
      if (action === 'GetExternalIPAddress') {
        return [200, `<r><NewExternalIPAddress>${gateway.external.join('.')}</NewExternalIPAddress></r>`];
      }
      const external = Number(value('NewExternalPort'));
      if (action === 'DeletePortMapping') {
        if (value('NewProtocol') !== 'UDP') return [500, fault(402)];
        const [internal = 0] = [...gateway.mapped].find(([, port]) => port === external) ?? [];
        gateway.map(internal, 0);
        return [200, '<ok/>'];
      }
      if (!leases && value('NewLeaseDuration') !== '0') return [500, fault(725)];
      if (taken.length < conflicts) {
        taken.push(external);
        return [500, fault(718)];
      }
      const internal = Number(value('NewInternalPort'));
      gateway.asked.push({ port: internal, lifetime: Number(value('NewLeaseDuration')) });
      gateway.mapped.set(internal, external);
      return [200, '<ok/>'];
    };
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (text) => {
        body += text;
      });
      request.on('end', () => {
        const action = /#(\w+)"/.exec(String(request.headers.soapaction))?.[1] ?? '';
        const value = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(body)?.[1] ?? '';
        const [status, text] = request.method === 'GET' ? [200, description] : act(action, value);
        response.writeHead(status, { 'Content-Type': 'text/xml' }).end(text);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    gateway.#http = server;
    const { port } = server.address() as AddressInfo;
    const host = elsewhere ? '127.0.0.9' : '127.0.0.1';
    const found = `HTTP/1.1 200 OK\r\nLOCATION: http://${host}:${port}/root.xml\r\n\r\n`;
    return gateway.listen((message) => (message.toString().startsWith('M-SEARCH') ? Buffer.from(found) : undefined));
  }

  close(): void {
    this.#socket.close();
    this.#http?.close();
    this.#http?.closeAllConnections();
  }
}

const description = `<?xml version="1.0"?><root><device><serviceList>
  <service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/l3</controlURL></service>
  <service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/ip</controlURL></service>
</serviceList></device></root>`;
