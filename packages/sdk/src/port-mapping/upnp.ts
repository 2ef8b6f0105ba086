/** UPnP Internet Gateway Device, versions 1 and 2: find its description by SSDP, then four actions by SOAP. */
import { ask } from './gateway-socket.js';
import { type Mapping, MappingRefused, type MappingRequest } from './mapping-protocol.js';

/** SSDP (UPnP Device Architecture 1.3.2): group and gateway are both asked, for some hear only one of these. */
export const ssdpPort = 1900;
const ssdpGroup = '239.255.255.250';
const search = [
  'M-SEARCH * HTTP/1.1',
  'HOST: 239.255.255.250:1900',
  'MAN: "ssdp:discover"',
  'MX: 1',
  'ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  '',
  '',
].join('\r\n');
/** Services that map ports, the better first. */
const services = ['WANIPConnection:2', 'WANIPConnection:1', 'WANPPPConnection:1'];
/** Descriptions of real gateways have some kilobytes. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Longest lease of IGD 2; version 1 devices often know unlimited leases only, and say 725 to any other. */
const ONLY_PERMANENT_LEASES = '725';
/** A port that is taken (718): others are tried, this many. */
const CONFLICT = '718';
const OTHER_PORTS = 3;

interface Service {
  type: string;
  control: URL;
}

/** The text of the first element of that name, whatever its namespace prefix. */
function element(xml: string, name: string): string | undefined {
  return new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?>([^<]*)</`).exec(xml)?.[1]?.trim();
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) throw new MappingRefused('UPnP: the answer is too long');
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** The address in an answer to the search. Only the gateway's own is fetched: an answer must not send us elsewhere. */
function locationOf(answer: string, gateway: string): URL | undefined {
  const text = /^location:\s*(\S+)/im.exec(answer)?.[1];
  if (!answer.startsWith('HTTP/1.1 200') || text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' && url.hostname === gateway ? url : undefined;
}

async function serviceOf(description: URL, signal: AbortSignal): Promise<Service> {
  const xml = await textOf(await fetch(description, { signal, redirect: 'error' }));
  const blocks = xml.match(/<service>[\s\S]*?<\/service>/g) ?? [];
  for (const name of services) {
    const type = `urn:schemas-upnp-org:service:${name}`;
    const block = blocks.find((each) => element(each, 'serviceType') === type);
    const path = block === undefined ? undefined : element(block, 'controlURL');
    if (path === undefined) continue;
    const control = new URL(path, element(xml, 'URLBase') || description);
    if (control.hostname === description.hostname) return { type, control };
  }
  throw new MappingRefused('UPnP: the gateway has no service that maps ports');
}

/** The answer's body. Throws the device's error as its number. */
async function act(service: Service, action: string, args: Record<string, string | number>, signal: AbortSignal) {
  const fields = Object.entries(args).map(([name, value]) => `<${name}>${value}</${name}>`);
  const response = await fetch(service.control, {
    method: 'POST',
    signal,
    redirect: 'error',
    headers: { 'Content-Type': 'text/xml; charset="utf-8"', SOAPAction: `"${service.type}#${action}"` },
    body:
      '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
      's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
      `<u:${action} xmlns:u="${service.type}">${fields.join('')}</u:${action}></s:Body></s:Envelope>`,
  });
  const xml = await textOf(response);
  if (response.ok) return xml;
  throw new MappingRefused(`UPnP: ${action}: ${element(xml, 'errorCode') ?? response.status}`);
}

const isError = (error: unknown, code: string): boolean =>
  error instanceof MappingRefused && error.message.endsWith(`: ${code}`);

/** Adds the mapping under the wanted port or another; port and lease that were granted. */
async function add(service: Service, { local, wantedPort, lifetime, signal }: MappingRequest) {
  let external = wantedPort;
  let lease = lifetime;
  for (let others = 0; ; ) {
    const args = {
      NewRemoteHost: '',
      NewExternalPort: external,
      NewProtocol: 'UDP',
      NewInternalPort: local.port,
      NewInternalClient: local.address,
      NewEnabled: 1,
      NewPortMappingDescription: 'ztkit',
      NewLeaseDuration: lease,
    };
    try {
      await act(service, 'AddPortMapping', args, signal);
      return { external, lease };
    } catch (error) {
      if (isError(error, ONLY_PERMANENT_LEASES) && lease !== 0) lease = 0;
      else if (isError(error, CONFLICT) && others++ < OTHER_PORTS) {
        external = 20_000 + Math.floor(Math.random() * 40_000);
      } else throw error;
    }
  }
}

/** `port`: another than the standard one, for tests. */
export async function mapByUpnp(request: MappingRequest, port = ssdpPort): Promise<Mapping> {
  const { local, gateway, lifetime, signal } = request;
  const readLocation = (answer: Uint8Array) => locationOf(new TextDecoder().decode(answer), gateway);
  const question = new TextEncoder().encode(search);
  const to = { address: gateway, port, ...(port === ssdpPort ? { group: ssdpGroup } : {}) };
  const description = await ask(to, local.address, question, readLocation, signal);
  const service = await serviceOf(description, signal);
  const { external, lease } = await add(service, request);
  const address = element(await act(service, 'GetExternalIPAddress', {}, signal), 'NewExternalIPAddress') ?? '';
  const names = { NewRemoteHost: '', NewExternalPort: external, NewProtocol: 'UDP' };
  return {
    external: { address, port: external },
    // A mapping without an end is asked for again all the same: the gateway may have forgotten it.
    lifetime: lease === 0 ? lifetime : lease,
    remove: async (until) => void (await act(service, 'DeletePortMapping', names, until)),
  };
}
