/** The relay's server for the suites, which may not import the packages above the engines. */
import { RelayServer } from '../../controller/src/tcp-relay/relay-server.js';

export const startRelay = () =>
  RelayServer.start({ listen: { address: '127.0.0.1', port: 0 }, udpAddress: '127.0.0.1', anywhere: true });
