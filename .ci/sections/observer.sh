# The observer's pages in a real browser, with script and without. The screenshots stay in
# bin/observer, to be looked at.
section_observer() {
	need_package chromium chromium
	mkdir -p bin/observer
	GOWORK=off go -C tools/observer vet -tags chromium ./...
	GOWORK=off go -C tools/observer test -tags chromium -count 1 -timeout 20m . -shots "$PWD/bin/observer"
}
