/** A 40-bit node address as 10 lower-case hex digits (vl1.md §2.1). */
export type NodeAddress = string & { readonly __nodeAddress: unique symbol };

/** A 64-bit network id as 16 lower-case hex digits; the first 10 are the controller's address (vl2.md §2.1). */
export type NetworkId = string & { readonly __networkId: unique symbol };
