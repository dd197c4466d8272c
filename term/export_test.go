package term

import "github.com/starlang-go/starlang/term/msgp"

// Codes are the first bytes that the package knows.
var Codes = []byte{
	msgp.CodeNil, msgp.CodeFalse, msgp.CodeTrue, msgp.CodeBin8, msgp.CodeBin16, msgp.CodeBin32, msgp.CodeExt8, msgp.CodeExt16, msgp.CodeExt32,
	msgp.CodeFloat32, msgp.CodeFloat64, msgp.CodeUint8, msgp.CodeUint16, msgp.CodeUint32, msgp.CodeUint64, msgp.CodeInt8, msgp.CodeInt16, msgp.CodeInt32, msgp.CodeInt64,
	msgp.CodeFixExt1, msgp.CodeFixExt2, msgp.CodeFixExt4, msgp.CodeFixExt8, msgp.CodeFixExt16, msgp.CodeStr8, msgp.CodeStr16, msgp.CodeStr32,
	msgp.CodeArray16, msgp.CodeArray32, msgp.CodeMap16, msgp.CodeMap32, msgp.CodeFixMap, msgp.CodeFixArray, msgp.CodeFixStr, msgp.CodeFixNeg,
}

// WithFreshPlans calls f while no type has a plan yet, nor a wire name. Nothing else
// may use the package meanwhile.
func WithFreshPlans(f func()) {
	old := plans.table.Load()
	defer plans.table.Store(old)
	plans.table.Store(newPlanTable(1024))
	f()
}

// Rebox takes v apart and puts it together again.
func Rebox(v any) any {
	p := planOf(v)
	return box(p.word, held(v, p.direct), p.direct)
}
