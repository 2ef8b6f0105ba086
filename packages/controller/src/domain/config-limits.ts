/** Limits of one member's configuration (vl2.md §17, controller.md §14). */
export const CONFIG_LIMITS = {
  rules: 1024,
  capabilityRules: 64,
  capabilities: 128,
  tags: 128,
  routes: 128,
  specialists: 256,
} as const;
