// Package genserver has servers: processes that keep a state and answer requests,
// OTP's gen_server.
package genserver
