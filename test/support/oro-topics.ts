/** Below `topics:` of the settings: a handler for every topic of OroPlatform's routing files. */
export const ORO_TOPICS = `
  oro_sync.ping: { class: ping, interval: 50s }
  oro_sync.data_update: broadcast
  oro_sync.maintenance: broadcast
  oro_user.outdated_user_page: broadcast
  oro_message_queue.message_queue_heartbeat: broadcast
  oro_email.event: secured
  oro_reminder.remind: secured
  oro_imap.sync_fail: secured
  oro_entity_config.attribute_import: secured
  oro_conversation.event: secured
`;
