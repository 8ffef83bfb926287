# apt-get install ruby-stomp; ruby stomp.rb 127.0.0.1 61613
require 'json'
require 'stomp'

host, port = ARGV[0] || '127.0.0.1', (ARGV[1] || 61613).to_i
client = Stomp::Client.new(hosts: [{ host: host, port: port, login: '', passcode: '' }])

client.subscribe('/topic/demo.lobby') do |message|
  puts "heard #{JSON.parse(message.body)['text']}"
  $stdout.flush
end
hello = JSON.generate(text: 'hello from Ruby')
client.publish('/topic/demo.lobby', hello, 'content-type' => 'application/json')
client.join
