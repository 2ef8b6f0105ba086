import { describe, expect, it } from 'vitest';
import { checkPermissions, formatPermissionFile, readPermissionFile } from './network-permissions.js';

describe('networks.d/<id>.local.conf', () => {
  it('says what a network may have; other settings are kept', () => {
    expect(readPermissionFile('allowManaged=1\nallowGlobal=0\r\nallowDefault=1\nallowDNS=1\n')).toEqual({
      permissions: { allowManaged: true, allowGlobal: false, allowDefault: true },
      others: ['allowDNS=1'],
      defects: [],
    });
    expect(readPermissionFile('').permissions).toEqual({});
  });

  it('may hold a white list', () => {
    const { permissions, defects } = readPermissionFile('allowManaged=10.0.0.0/8, fd00::/8\n');
    expect(permissions).toEqual({ allowManaged: ['10.0.0.0/8', 'fd00::/8'] });
    expect(defects).toEqual([]);
  });

  it.each([
    ['allowManaged=yes', { allowManaged: [] }, 'line 1 must be 0, 1 or prefixes'],
    ['allowManaged=10.0.0.0/8,10.0.0/33', { allowManaged: ['10.0.0.0/8'] }, 'line 1 must be 0, 1 or prefixes'],
    ['\nallowGlobal=true', { allowGlobal: false }, 'line 2 must be 0 or 1'],
    ['\u0000\u0001\u0002', {}, 'line 1 is no setting'],
    [
      `allowManaged=${Array(65).fill('10.0.0.0/8').join(',')}`,
      { allowManaged: Array(64).fill('10.0.0.0/8') },
      'more than 64',
    ],
  ])('that is damaged permits nothing more: %j', (text, permissions, defect) => {
    const file = readPermissionFile(text);
    expect(file.permissions).toEqual(permissions);
    expect(file.defects[0]).toContain(defect);
  });

  it('is written as it is read', () => {
    const given = { allowManaged: ['10.0.0.0/8', 'fd00::/8'], allowGlobal: true };
    const text = formatPermissionFile(given, ['allowDNS=1']);
    expect(text).toBe('allowManaged=10.0.0.0/8,fd00::/8\nallowGlobal=1\nallowDefault=0\nallowDNS=1\n');
    expect(readPermissionFile(text).permissions).toEqual({ ...given, allowDefault: false });
    expect(formatPermissionFile({ allowManaged: [] }, [])).toMatch(/^allowManaged=0\n/);
  });

  it.each([[{ allowManaged: 'yes' }], [{ allowManaged: ['10.0.0.0'] }], [{ allowGlobal: 1 }], ['all']])(
    'has an option of the same form: %j is refused',
    (given) => {
      expect(() => checkPermissions(given as never)).toThrow(/permissions/);
    },
  );
});
