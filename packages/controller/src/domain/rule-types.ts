/** The JSON of one rule, typed (controller.md §9). What a program writes; the REST API reads more tolerantly. */

/** Rules that end a list of matches. */
export type ActionJson =
  | { type: 'ACTION_DROP' | 'ACTION_ACCEPT' | 'ACTION_BREAK' }
  | {
      type: 'ACTION_TEE' | 'ACTION_WATCH';
      /** Node address, 10 hex digits. */
      address: string;
      flags?: number;
      /** Bytes of the payload to copy, 0..65535; 0 is the whole frame, -1 is 65535. */
      length: number;
    }
  | { type: 'ACTION_REDIRECT'; address: string; flags?: number };

/** What a match looks at. */
export type MatchFields =
  | { type: 'MATCH_SOURCE_ZEROTIER_ADDRESS' | 'MATCH_DEST_ZEROTIER_ADDRESS'; zt: string }
  | { type: 'MATCH_VLAN_ID'; vlanId: number }
  | { type: 'MATCH_VLAN_PCP'; vlanPcp: number }
  | { type: 'MATCH_VLAN_DEI'; vlanDei: number }
  | { type: 'MATCH_MAC_SOURCE' | 'MATCH_MAC_DEST'; mac: string }
  | {
      type: 'MATCH_IPV4_SOURCE' | 'MATCH_IPV4_DEST' | 'MATCH_IPV6_SOURCE' | 'MATCH_IPV6_DEST';
      /** `address/bits`. */
      ip: string;
    }
  | { type: 'MATCH_IP_TOS'; mask: number; start: number; end: number }
  | { type: 'MATCH_IP_PROTOCOL'; ipProtocol: number }
  | { type: 'MATCH_ETHERTYPE'; etherType: number }
  | {
      type: 'MATCH_ICMP';
      icmpType: number;
      /** null: any code. */
      icmpCode: number | null;
    }
  | {
      type: 'MATCH_IP_SOURCE_PORT_RANGE' | 'MATCH_IP_DEST_PORT_RANGE' | 'MATCH_FRAME_SIZE_RANGE';
      start: number;
      end: number;
    }
  | {
      type: 'MATCH_CHARACTERISTICS';
      /** 16 hex digits. */
      mask: string;
    }
  | {
      type: 'MATCH_RANDOM';
      /** 0..4294967295, the last being always. */
      probability: number;
    }
  | {
      type:
        | 'MATCH_TAGS_DIFFERENCE'
        | 'MATCH_TAGS_BITWISE_AND'
        | 'MATCH_TAGS_BITWISE_OR'
        | 'MATCH_TAGS_BITWISE_XOR'
        | 'MATCH_TAGS_EQUAL'
        | 'MATCH_TAG_SENDER'
        | 'MATCH_TAG_RECEIVER';
      id: number;
      value: number;
    }
  | {
      type: 'INTEGER_RANGE';
      /** 16 hex digits. */
      start: string;
      end: string;
      /** Index into the payload of the frame, 0..65535. */
      idx: number;
      little: boolean;
      /** 1..64. */
      bits: number;
    };

/** A match with its connectives. */
export type MatchJson = MatchFields & { not: boolean; or: boolean };

/** One rule. */
export type RuleJson = ActionJson | MatchJson;
