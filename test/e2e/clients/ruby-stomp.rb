# Publishes with a receipt as an application would, and reads a queue with acknowledgements.
require 'stomp'
require 'timeout'

port, login, passcode, welcome, queue = ARGV
broker = { hosts: [{ login: login, passcode: passcode, host: '127.0.0.1', port: port.to_i, ssl: false }],
           max_reconnect_attempts: 1 }

Timeout.timeout(15) do
  client = Stomp::Client.new(broker)
  receipts = Queue.new
  client.publish(welcome, 'Welcome') { |receipt| receipts << receipt }
  puts "#{receipts.pop.command} for the welcome"

  messages = Queue.new
  3.times { |n| client.publish(queue, "job #{n}") }
  client.subscribe(queue, ack: 'client') { |message| messages << message }
  3.times do
    message = messages.pop
    client.acknowledge(message) { |receipt| receipts << receipt }
    receipts.pop
    puts "#{message.command} #{message.headers['destination']} #{message.body}"
  end
  client.close
end
