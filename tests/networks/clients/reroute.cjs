// Whatever a client connects to, it reaches the simulators: names, TLS and what is said stay as they are, and nothing leaves this machine.
'use strict'
const net = require('node:net')

const port = Number(process.env.SIMULATORS_PORT)
const connect = net.Socket.prototype.connect

net.Socket.prototype.connect = function (...given) {
  const normalized = Array.isArray(given[0])
  const options = normalized ? given[0][0] : given[0]
  if (typeof options !== 'object' || options.path) throw new Error('A client connects in a way that is not rerouted')
  const here = { ...options, host: '127.0.0.1', port, lookup: undefined }
  if (normalized) given[0][0] = here
  else given[0] = here
  return connect.apply(this, given)
}
