/** Says what is wrong with the address of a broker, without a password that is in it; undefined for nothing. */
export type BrokerCheck = (address: string) => string | undefined;
