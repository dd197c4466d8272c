package term

import (
	"reflect"
	"time"
)

// reservedNames are the wire names of Go's own types.
var reservedNames = map[string]bool{}

// registerBuiltins gives Go's own types and the common composites their names.
// They run before any other registration.
func registerBuiltins() {
	none := map[string]*wireForm{}
	names.byName.Store(&none)

	// What MessagePack itself tells apart travels without a name.
	natural[bool]("bool")
	natural[int]("int")
	natural[float32]("float32")
	natural[float64]("float64")
	natural[string]("string")
	natural[[]byte]("[]byte")
	natural[[]any]("[]any")
	natural[map[string]any]("map[string]any")
	natural[time.Time]("time.Time")
	exts.set(ExtTime, planFor(timeType))

	named[int8]("int8")
	named[int16]("int16")
	named[int32]("int32")
	named[int64]("int64")
	named[uint]("uint")
	named[uint8]("uint8")
	named[uint16]("uint16")
	named[uint32]("uint32")
	named[uint64]("uint64")
	named[time.Duration]("time.Duration")

	named[[]bool]("[]bool")
	named[[]int]("[]int")
	named[[]int32]("[]int32")
	named[[]int64]("[]int64")
	named[[]uint32]("[]uint32")
	named[[]uint64]("[]uint64")
	named[[]float32]("[]float32")
	named[[]float64]("[]float64")
	named[[]string]("[]string")
	named[[][]byte]("[][]byte")
	named[map[string]string]("map[string]string")
	named[map[string]bool]("map[string]bool")
	named[map[string]int]("map[string]int")
	named[map[string]int64]("map[string]int64")
	named[map[string]float64]("map[string]float64")
	named[map[int]string]("map[int]string")
	named[map[any]any]("map[any]any")

	builtin[CarriedError]("error", false)

	extension[Atom](ExtAtom)
	unknown[Raw]()
	unknown[Ext]()
}

func natural[T any](name string) { builtin[T](name, true) }
func named[T any](name string)   { builtin[T](name, false) }

func builtin[T any](name string, natural bool) {
	names.addLocked(name, planFor(reflect.TypeFor[T]()), zeroOf[T], natural)
	reservedNames[name] = true
}

func extension[T any](code int8) {
	if err := RegisterExt[T](code); err != nil {
		panic(err)
	}
}

// unknown prepares the types of values whose own type is not known here. They
// are never sent as they are without a look whether it has become known.
func unknown[T any]() {
	p := planFor(reflect.TypeFor[T]())
	p.wire.Store(&wireForm{plan: p, make: zeroOf[T], natural: true})
	p.asIs.Store(false)
}
