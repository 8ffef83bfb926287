import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureVersion, type Server } from 'node:tls';
import type { Logger } from '../core/logger.js';

/** The files of a certificate with its chain and of its key, in PEM, and the oldest version of TLS that is spoken. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: SecureVersion;
}

/** What the files hold, as a server takes it. */
export interface CertificatePair {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: SecureVersion;
}

/** Milliseconds between two looks at the files. */
const LOOK = 1000;

/** The certificate of a server, followed while its files change. */
export class Certificate {
  /** As it was at the start. */
  readonly pair: CertificatePair;
  readonly #files: TlsFiles;
  #used: string;
  #seen: string;
  #timer: NodeJS.Timeout | undefined;

  /** Throws when the files cannot be read or do not fit. */
  constructor(files: TlsFiles) {
    this.#files = files;
    this.#used = marksOf(files);
    this.#seen = this.#used;
    this.pair = read(files);
  }

  /**
   * Gives new connections the new certificate when the files change, and leaves the open ones alone. Files that cannot
   * be used are an error in the log, and the old certificate serves on.
   */
  follow(server: Server, logger: Logger): void {
    this.#timer ??= setInterval(() => this.#look(server, logger), LOOK).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(server: Server, logger: Logger): void {
    const before = this.#seen;
    this.#seen = marksOf(this.#files);
    // Two looks that agree: both files have been written, not one of them.
    if (this.#seen !== before || this.#seen === this.#used) return;
    this.#used = this.#seen;
    const { cert } = this.#files;
    try {
      server.setSecureContext(read(this.#files));
      logger.info({ event: 'certificate_changed', cert }, 'certificate changed');
    } catch (error) {
      logger.error(
        { event: 'certificate_unusable', cert, error },
        'the new certificate cannot be used; the old one serves on',
      );
    }
  }
}

/** Checks the pair before it is used: a server forgets its old one even when the new one is refused. */
function read({ cert, key, minVersion }: TlsFiles): CertificatePair {
  const pair = { cert: readFileSync(cert), key: readFileSync(key), minVersion };
  createSecureContext(pair);
  return pair;
}

/** Changes when a file is written, replaced or removed. */
function marksOf({ cert, key }: TlsFiles): string {
  const marks = [cert, key].map((path) => {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? 'none' : `${found.ino} ${found.size} ${found.mtimeNs}`;
  });
  return marks.join(', ');
}
