export { PAYLOADS, publication, said } from '../../src/testing/contracts/publications.js';
