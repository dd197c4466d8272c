package term_test

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/term"
)

// typeGen draws Go types, and values of any type, to try the promises on shapes
// that nobody thought of.
type typeGen struct {
	// contents draws what is in an interface.
	contents *rapid.Generator[any]
	// leaves are the types without parts.
	leaves []reflect.Type
	// keys are the types of map keys.
	keys []reflect.Type
	// tags are given to fields of structs.
	tags []string
}

var (
	atomType = reflect.TypeFor[term.Atom]()
	anyType  = reflect.TypeFor[any]()
	timeType = reflect.TypeFor[time.Time]()
)

// everything draws from all that can be sent.
func everything() typeGen {
	return typeGen{
		contents: contents(),
		leaves: []reflect.Type{
			reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](),
			reflect.TypeFor[int32](), reflect.TypeFor[int64](), reflect.TypeFor[uint](), reflect.TypeFor[uint8](),
			reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[float32](),
			reflect.TypeFor[float64](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](), reflect.TypeFor[[3]byte](),
			reflect.TypeFor[time.Duration](), timeType, atomType, anyType, reflect.TypeFor[fmt.Stringer](),
			reflect.TypeFor[celsius](), reflect.TypeFor[version](), reflect.TypeFor[tree](), reflect.TypeFor[envelope](),
		},
		keys: []reflect.Type{
			reflect.TypeFor[string](), reflect.TypeFor[bool](), reflect.TypeFor[int8](), reflect.TypeFor[uint64](),
			reflect.TypeFor[float64](), reflect.TypeFor[[2]int8](), reflect.TypeFor[celsius](), atomType, anyType,
			reflect.TypeFor[point](),
		},
		tags: []string{"", "", "", `msgpack:",omitempty"`, `msgpack:"-"`, `msgpack:"renamed"`},
	}
}

// drawType draws a type that is nested at most depth times.
func (g typeGen) drawType(t *rapid.T, depth int) reflect.Type {
	if depth == 0 {
		return rapid.SampledFrom(g.leaves).Draw(t, "leaf")
	}
	switch rapid.IntRange(0, 6).Draw(t, "kind of type") {
	case 0:
		return reflect.SliceOf(g.drawType(t, depth-1))
	case 1:
		return reflect.ArrayOf(rapid.IntRange(0, 3).Draw(t, "length"), g.drawType(t, depth-1))
	case 2:
		return reflect.MapOf(rapid.SampledFrom(g.keys).Draw(t, "key"), g.drawType(t, depth-1))
	case 3:
		return reflect.PointerTo(g.drawType(t, depth-1))
	case 4, 5:
		return g.drawStruct(t, depth)
	default:
		return g.drawType(t, 0)
	}
}

func (g typeGen) drawStruct(t *rapid.T, depth int) reflect.Type {
	var fields []reflect.StructField
	used := map[string]bool{}
	for i := range rapid.IntRange(0, 4).Draw(t, "fields") {
		tag := rapid.SampledFrom(g.tags).Draw(t, "tag")
		if tag == `msgpack:"renamed"` && used[tag] {
			tag = ""
		}
		used[tag] = true
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("F%d", i),
			Type: g.drawType(t, depth-1),
			Tag:  reflect.StructTag(tag),
		})
	}
	return reflect.StructOf(fields)
}

// draw draws a value of the given type.
func (g typeGen) draw(t *rapid.T, typ reflect.Type, depth int) reflect.Value {
	v := reflect.New(typ).Elem()
	g.fill(t, v, depth)
	return v
}

func (g typeGen) fill(t *rapid.T, v reflect.Value, depth int) {
	switch v.Type() {
	case timeType:
		v.Set(reflect.ValueOf(times().Draw(t, "time")))
		return
	case atomType:
		v.Set(reflect.ValueOf(atoms().Draw(t, "atom")))
		return
	case reflect.TypeFor[version]():
		v.Set(reflect.ValueOf(versions().Draw(t, "version")))
		return
	case reflect.TypeFor[fmt.Stringer]():
		if rapid.Bool().Draw(t, "stringer") {
			v.Set(reflect.ValueOf(rapid.SampledFrom([]fmt.Stringer{
				celsius(1), time.Second, term.MustAtom("a"), ptr(celsius(2)),
			}).Draw(t, "stringer")))
		}
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := rapid.OneOf(rapid.Int64Range(-2, 2), rapid.Int64()).Draw(t, "int")
		v.SetInt(n >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n := rapid.OneOf(rapid.Uint64Range(0, 2), rapid.Uint64()).Draw(t, "uint")
		v.SetUint(n >> (64 - v.Type().Bits()))
	case reflect.Float32:
		v.SetFloat(float64(rapid.OneOf(rapid.SampledFrom([]float32{0, float32(math.Copysign(0, -1)), 1.5}), rapid.Float32()).Draw(t, "float32")))
	case reflect.Float64:
		v.SetFloat(rapid.OneOf(rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.Inf(1)}), rapid.Float64()).Draw(t, "float64"))
	case reflect.String:
		v.SetString(rapid.OneOf(rapid.StringN(0, 5, -1), rapid.SampledFrom([]string{"", "\xff", string(make([]byte, 300))})).Draw(t, "string"))
	case reflect.Interface:
		if c := g.contents.Draw(t, "contents"); c != nil {
			v.Set(reflect.ValueOf(c))
		}
	case reflect.Pointer:
		if depth > 0 && rapid.Bool().Draw(t, "pointer") {
			v.Set(reflect.New(v.Type().Elem()))
			g.fill(t, v.Elem(), depth-1)
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 3).Draw(t, "length"); n >= 0 {
			if depth <= 0 {
				n = 0
			}
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				g.fill(t, v.Index(i), depth-1)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			g.fill(t, v.Index(i), depth)
		}
	case reflect.Map:
		if n := rapid.IntRange(-1, 3).Draw(t, "length"); n >= 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n {
				v.SetMapIndex(g.drawKey(t, v.Type().Key()), g.draw(t, v.Type().Elem(), depth-1))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			g.fill(t, v.Field(i), depth)
		}
	}
}

func (g typeGen) drawKey(t *rapid.T, typ reflect.Type) reflect.Value {
	if typ == anyType {
		k := rapid.SampledFrom([]any{nil, true, 1, int8(1), "a", celsius(1), point{1, 2}, term.MustAtom("k"), 1.5, [2]int8{}}[:9]).Draw(t, "key")
		v := reflect.New(anyType).Elem()
		if k != nil {
			v.Set(reflect.ValueOf(k))
		}
		return v
	}
	return g.draw(t, typ, 0)
}

// contents draws what can be in an interface and arrives with its type.
func contents() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.Just[any](nil),
		rapid.SampledFrom([]any{
			true, 5, -5, math.MaxInt, int8(1), int16(1), int32(1), int64(1), uint(1), uint8(1), uint16(1), uint32(1),
			uint64(math.MaxUint64), float32(0.1), 0.1, "s", "", []byte{1}, []byte{}, []byte(nil), []any{}, []any(nil),
			[]any{1, int8(1), []any{nil}}, map[string]any{}, map[string]any(nil), map[string]any{"a": []int{1}},
			map[any]any{1: "a", "b": 2.5}, map[any]any{}, time.Second, time.Unix(1, 2), []string{"a"}, []int{},
			[][]byte{nil, {}, {1}}, map[string]string{"a": "b"}, map[string]int(nil), ptr(1), (*int)(nil), ptr("s"),
			ptr([]int{1}), ptr([]int(nil)), celsius(3), ptr(celsius(3)), point{1, 2}, &point{3, 4}, (*point)(nil),
			tree{Left: &tree{Value: 1}}, &tree{}, version{1, 2}, term.MustAtom("ok"),
			envelope{Body: point{}}, term.Ext{Code: 99, Data: "x"}, mustRaw("test.unknown", 5), ptr(time.Unix(3, 0)),
		}),
	)
}

func times() *rapid.Generator[time.Time] {
	return rapid.OneOf(
		rapid.SampledFrom([]time.Time{
			{}, time.Now(), time.Unix(0, 0), time.Unix(1<<34, 1), time.Unix(-1, 999_999_999).In(time.FixedZone("x", 3600)),
			time.Time{}.In(time.FixedZone("y", -60)),
		}),
		rapid.Map(rapid.Int64Range(-1<<40, 1<<40), func(n int64) time.Time { return time.Unix(n, n&0xffff).UTC() }),
	)
}

func atoms() *rapid.Generator[term.Atom] {
	return rapid.Map(rapid.SampledFrom([]string{"", "ok", "error", "ö"}), term.MustAtom)
}

func versions() *rapid.Generator[version] {
	return rapid.Custom(func(t *rapid.T) version {
		return version{rapid.IntRange(0, 300).Draw(t, "major"), rapid.IntRange(0, 300).Draw(t, "minor")}
	})
}

func ptr[T any](v T) *T { return &v }

func mustRaw(name string, body any) term.Raw {
	raw, err := term.NewRaw(name, term.MustEncode(body))
	if err != nil {
		panic(err)
	}
	return raw
}
