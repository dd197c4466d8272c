package observer

// Samples returns how often the nodes were asked by samplers.
func (o *Observer) Samples() (n uint64) {
	for _, h := range o.hubs {
		n += h.samples.Load()
	}
	return n
}

// Assets returns the files that are embedded, plain and as they are sent.
func Assets() (plain, zipped map[string][]byte) {
	plain, zipped = make(map[string][]byte), make(map[string][]byte)
	for name, a := range assets().byName {
		plain[name], zipped[name] = a.plain, a.zipped
	}
	return plain, zipped
}

// Duration, Age, Whole and Size are how numbers are shown.
var (
	Duration = duration
	Age      = age
	Whole    = whole[int]
	Size     = size[int64]
	Plural   = plural
)

// Meaning is meaning.
var Meaning = meaning
