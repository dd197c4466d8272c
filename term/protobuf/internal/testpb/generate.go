// Package testpb has messages to test with, as protoc-gen-go makes them.
package testpb

//go:generate protoc --go_out=. --go_opt=paths=source_relative test.proto old.proto
