// What a machine must have before npm packages can help: Node 20.19+, a C++ compiler, cmake, libsodium.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fail, note, run } from './step.mjs';

const has = (command) => spawnSync('which', [command]).status === 0;

// Debian package -> how to see that it is there. Those for tests only are marked.
const packages = [
  { name: 'g++', present: () => has('g++') || process.env.CXX !== undefined },
  { name: 'cmake', present: () => has('cmake') },
  { name: 'make', present: () => has('make') || has('ninja') },
  { name: 'pkg-config', present: () => has('pkg-config') },
  { name: 'libsodium-dev', present: () => spawnSync('pkg-config', ['--exists', 'libsodium']).status === 0 },
  // The tests against the Linux kernel (packages/core/testing/linux).
  { name: 'iproute2', present: () => has('ip') && has('ss'), testsOnly: true },
  // And those with routers (packages/engine-conformance/namespaces).
  { name: 'nftables', present: () => has('nft'), testsOnly: true },
  { name: 'iputils-ping', present: () => has('ping'), testsOnly: true },
  { name: 'procps', present: () => has('sysctl'), testsOnly: true },
  { name: 'iperf3', present: () => has('iperf3'), testsOnly: true },
  { name: 'netcat-openbsd', present: () => has('nc'), testsOnly: true },
  { name: 'curl', present: () => has('curl'), testsOnly: true },
  { name: 'doctest-dev', present: () => existsSync('/usr/include/doctest/doctest.h'), testsOnly: true },
  { name: 'valgrind', present: () => has('valgrind'), testsOnly: true },
];

export function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(
      `ztkit needs Node.js 20.19 or newer; this is ${process.versions.node}. Install a newer Node.js and try again.`,
    );
  }
}

export function ensureDebianPackages(withTests) {
  const missing = packages.filter((p) => (withTests || !p.testsOnly) && !p.present()).map((p) => p.name);
  if (missing.length === 0) {
    note('all present');
    return;
  }
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !has('apt-get')) {
    fail(
      `These packages are missing: ${missing.join(', ')}.\nInstall them and try again, on Debian or Ubuntu:\n  sudo ${install}`,
    );
  }
  note(`installing ${missing.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  run(['apt-get', 'update', '-qq'], env);
  run(install.split(' '), env);
}
