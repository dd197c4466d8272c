package inspect

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// typeMember is the member of a JSON object that names the type of its value.
const typeMember = "@type"

// valueOf returns the value that a JSON text stands for.
func valueOf(source string) (any, error) {
	d := json.NewDecoder(strings.NewReader(source))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("JSON: %w", err)
	}
	if d.More() {
		return nil, fmt.Errorf("JSON: more than one value")
	}
	v, err := typed(v)
	if err != nil {
		return nil, err
	}
	return term.Isolate(v)
}

// typed returns v with whole numbers as such, and with the values that objects stand for
// which name a type.
func typed(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return int(i), nil
		}
		return v.Float64()
	case []any:
		for i := range v {
			var err error
			if v[i], err = typed(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		return typedObject(v)
	}
	return v, nil
}

func typedObject(v map[string]any) (any, error) {
	for k := range v {
		var err error
		if v[k], err = typed(v[k]); err != nil {
			return nil, err
		}
	}
	name, ok := v[typeMember].(string)
	if !ok {
		return v, nil
	}
	delete(v, typeMember)
	body, err := term.Encode(v)
	if err != nil {
		return nil, err
	}
	raw, err := term.NewRaw(name, body)
	return raw, err
}

// jsonOf returns v as JSON, or its text as a JSON string if it has no such form.
func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil || len(b) > text.MaxStateBytes {
		b, _ = json.Marshal(text.Of(v, text.MaxStateBytes))
	}
	return string(b)
}
