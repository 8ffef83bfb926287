/** How the name of a subscription or registration is compared: as it is, as the beginning, or part by part. */
export type Match = 'exact' | 'prefix' | 'wildcard';
