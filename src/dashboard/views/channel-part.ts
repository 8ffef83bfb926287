/** What each part of a channel is shown for. */
export interface ChannelPartProps {
  readonly channel: string;
  /** Undefined for the main one. */
  readonly realm: string | undefined;
}
