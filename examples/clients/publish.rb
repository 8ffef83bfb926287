# SIGNALBOX_API_KEY=... ruby publish.rb http://127.0.0.1:8080
require 'json'
require 'net/http'

uri = URI("#{ARGV[0] || 'http://127.0.0.1:8080'}/api/publish")
headers = { 'Authorization' => "Bearer #{ENV.fetch('SIGNALBOX_API_KEY')}", 'Content-Type' => 'application/json' }
body = JSON.generate(channel: 'demo/lobby', payload: { text: 'hello from net/http' })

answer = JSON.parse(Net::HTTP.post(uri, body, headers).body)
abort "#{answer['error']['code']}: #{answer['error']['message']}" if answer['error']
puts answer['id']
