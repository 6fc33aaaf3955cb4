import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  /** 28 × 28 bytes, black 0. */
  readonly pixels: Uint8Array;
  readonly label: string;
}

/** Draws a digit in MNIST's colours: light ink on black. */
export function Digit({ pixels, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(28, 28);
    for (const [i, level] of pixels.entries()) image.data.set([level, level, level, 255], i * 4);
    context.putImageData(image, 0, 0);
  }, [pixels]);
  return <canvas ref={canvas} class="digit" width={28} height={28} role="img" aria-label={label} />;
}
