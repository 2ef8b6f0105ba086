/** Rules at work, of an {@link EngineNode} over a {@link RawNode} (HOST_PROTOCOL.md §13). */
import type { EngineRules, GivenRules, NetworkId, RuleHits, RuleParty, RuleQuestion, RuleTrace } from '@ztkit/types';
import { Command, ZtError } from '@ztkit/types';
import type { ByteWriter } from './byte-writer.js';
import { readRuleHits, readRuleTrace } from './decode-rules.js';
import { EncodedFrames } from './encoded-frames.js';
import { writeIp, writeMac, writeNetworkId, writeNodeAddress, writePrefix } from './fields.js';

const NOBODY = '0000000000';
const ETHERNET_HEADER = 14;

function writePeer(out: ByteWriter, { direction, peer }: RuleQuestion): void {
  out.bool(direction === 'inbound');
  writeNodeAddress(out, peer ?? NOBODY);
}

function writeFrame(out: ByteWriter, { frame }: RuleQuestion): void {
  if (frame.length < ETHERNET_HEADER) {
    throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `A frame of ${frame.length} bytes has no whole Ethernet header`);
  }
  out.put(frame.subarray(0, ETHERNET_HEADER)).blob32(frame.subarray(ETHERNET_HEADER));
}

function writeParty(out: ByteWriter, { tags = [], owns = [] }: RuleParty): void {
  out.list(tags, ({ id, value }) => out.u32(id).u32(value));
  out.list(owns, ({ mac, ip }) => {
    out.bool(mac !== undefined);
    if (mac !== undefined) writeMac(out, mac);
    else writeIp(out, ip ?? '');
  });
}

export class EncodedRules extends EncodedFrames implements EngineRules {
  networkRuleHits(network: NetworkId): RuleHits {
    const what = `cannot count what the rules of network ${network} did`;
    return readRuleHits(this.requests.send(Command.NETWORK_RULE_HITS, what, (out) => writeNetworkId(out, network)));
  }

  networkExplain(network: NetworkId, question: RuleQuestion): RuleTrace {
    const what = `cannot explain the rules of network ${network}`;
    const body = this.requests.send(Command.NETWORK_EXPLAIN, what, (out) => {
      writeNetworkId(out, network);
      writePeer(out, question);
      writeFrame(out, question);
    });
    return readRuleTrace(body);
  }

  rulesExplain(given: GivenRules, question: RuleQuestion): RuleTrace {
    const body = this.requests.send(Command.RULES_EXPLAIN, 'cannot evaluate these rules', (out) => {
      writePeer(out, question);
      out.u32(given.draw ?? 0);
      writeNetworkId(out, given.network);
      writeNodeAddress(out, given.self);
      out.u64(BigInt(given.flags ?? 0));
      out.list(given.addresses ?? [], (address) => writePrefix(out, address));
      writeParty(out, given.own ?? {});
      writeParty(out, given.other ?? {});
      out.blob32(given.rules);
      out.list(given.capabilities ?? [], ({ id, rules }) => out.u32(id).blob32(rules));
      writeFrame(out, question);
    });
    return readRuleTrace(body);
  }
}
