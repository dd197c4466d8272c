package term

import (
	"fmt"
	"strconv"
)

// ForJSON returns v, as [Decode] returns it for type any, in a form that
// encoding/json takes. It replaces what JSON has no form for, at any depth of []any
// and of maps: a map[any]any becomes a map[string]any with the texts of its keys, as
// encoding/json writes the keys of other maps, a [Raw] what its bytes tell of
// themselves, and an [Ext] a map of its code and data. All else is returned as it is,
// and v is not changed. Two keys with one text, such as 1 and "1", and keys without
// one, such as arrays, are an error.
func ForJSON(v any) (any, error) { return forJSON(v, DefaultMaxDepth) }

func forJSON(v any, depth int) (any, error) {
	if depth == 0 {
		return nil, fmt.Errorf("term: for JSON: %w", ErrTooDeep)
	}
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			var err error
			if list[i], err = forJSON(v[i], depth-1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		object := make(map[string]any, len(v))
		for k, e := range v {
			var err error
			if object[k], err = forJSON(e, depth-1); err != nil {
				return nil, err
			}
		}
		return object, nil
	case map[any]any:
		return objectForJSON(v, depth)
	case Raw:
		inside, err := Decode[any](v.Body())
		if err != nil {
			return nil, err
		}
		return forJSON(inside, depth-1)
	case Ext:
		return map[string]any{"code": v.Code, "data": []byte(v.Data)}, nil
	default:
		return v, nil
	}
}

func objectForJSON(m map[any]any, depth int) (any, error) {
	object := make(map[string]any, len(m))
	for k, e := range m {
		name, ok := keyText(k)
		if _, taken := object[name]; taken || !ok {
			return nil, fmt.Errorf("term: for JSON: %w: a map with the key %s", ErrMismatch, keyStep(k))
		}
		var err error
		if object[name], err = forJSON(e, depth-1); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// keyText returns the text of a map key in JSON.
func keyText(k any) (string, bool) {
	switch k := k.(type) {
	case nil:
		return "null", true
	case string:
		return k, true
	case Atom:
		return k.String(), true
	case bool:
		return strconv.FormatBool(k), true
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
		return fmt.Sprint(k), true
	default:
		return "", false
	}
}
