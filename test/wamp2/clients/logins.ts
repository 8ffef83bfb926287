/** The logins of application/signalbox.yml, as clients prove them. */
export const TICKET = 'ticket of alice, for tests';
export const SECRET = 'a secret of joe for wampcra and scram';
export const SALTED_SECRET = 'a secret of sue for salted wampcra';
export const SEED = Buffer.alloc(32, 1);
export const PUBLIC_KEY = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';
export const SCRAM_PASSWORD = 'a password of ann for scram';
