# A running program is looked at by the command line, and notices nothing; a look at very
# many processes takes little memory.
section_inspect() {
	GOWORK=off go -C tools/starctl test -count 1 -v -run '^Test(Store|Carts)' ./internal/cli
	go test -count 1 -v -run '^TestMany' ./runtime/inspect -many 100000
}
