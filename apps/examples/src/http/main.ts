/**
 * A web server on a virtual address, with nothing but `node:http`: two nodes, a root and a controller in one process.
 *
 * node dist/http/main.js [--engine native|wasm]
 */
import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { createHttpServer, createNet, HttpAgent } from '@ztkit/net-compat';
import { privateNetwork } from '../private-network.js';

const engine = process.argv.includes('wasm') ? 'wasm' : 'native';
await using lab = await privateNetwork({ engine, members: 2 });
const [server, client] = lab.members;
if (server === undefined || client === undefined) throw new Error('two members were asked for');

const http = createHttpServer(createNet(server.network), (request, response) => {
  response.end(`hello ${request.socket.remoteAddress}, you asked for ${request.url}\n`);
}).listen(80);
await once(http.net, 'listening');

const agent = new HttpAgent(createNet(client.network), { keepAlive: true });
const request = get({ host: server.ipv4, port: 80, path: '/greeting', agent });
const [response] = await once(request, 'response');
process.stdout.write(await text(response));
agent.destroy();
await http.close();
