export function probe(p: usize): f32 { return load<f32>(p); }
