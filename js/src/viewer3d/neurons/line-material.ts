/** How neurons are drawn: one program for all lines, colours from the palette or from the shading. */
import {
  BufferAttribute,
  BufferGeometry,
  GLSL3,
  IntType,
  type IUniform,
  LineSegments,
  RawShaderMaterial,
  type Texture,
} from "three";

/** Declarations, and the colour and opacity of a node by its tag; an opacity of 0: it is hidden. */
export const LOOK = `
precision highp float;
precision highp int;
uniform mat4 modelViewMatrix;
uniform mat4 projectionMatrix;
uniform highp sampler2D palette;
uniform highp sampler2D shading;
uniform highp sampler2D shadeScales;
uniform vec3 highlight;
out vec4 lineColor;
out float depth;
bool isSelected;

vec4 lookOf(uint tag) {
  uint slot = tag & 0xffffffu;
  ivec2 place = ivec2(int(slot & 1023u), int(slot >> 10u));
  vec4 look = texelFetch(palette, place, 0);
  uint flags = uint(look.a * 255.0 + 0.5);
  vec3 color = look.rgb;
  if ((flags & 2u) != 0u) {
    int shade = int(tag >> 24u);
    vec2 scale = texelFetch(shadeScales, place, 0).rg;
    if (shade != 255) shade = int(clamp(floor(scale.x + scale.y * float(shade) + 0.5), 0.0, 254.0));
    color = texelFetch(shading, ivec2(shade, 0), 0).rgb;
  }
  if ((flags & 1u) != 0u) color = mix(color, highlight, 0.5);
  isSelected = (flags & 4u) != 0u;
  return vec4(color, float(flags >> 3u) / 31.0);
}`;

const VERTEX = `${LOOK}
in vec3 position;
in uint slot;
in uint shade;
uniform float pointSize;

void main() {
  lineColor = lookOf(slot | shade << 24u);
  vec4 seen = modelViewMatrix * vec4(position, 1.0);
  depth = -seen.z;
  gl_Position = lineColor.a == 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * seen;
  gl_PointSize = pointSize;
}`;

const FRAGMENT = `
precision highp float;
in vec4 lineColor;
in float depth;
#ifdef TUBE
// nm from the axis and along it, and the tube's length and radii at its ends.
in vec2 inTube;
flat in vec3 tube;
// Of its ends, as the camera sees them.
flat in vec2 endDepths;
flat in vec3 rimColor;
uniform mat4 projectionMatrix;
#endif
uniform vec3 fogColor;
uniform vec2 fogRange;
out vec4 fragment;

void main() {
#ifdef TRANSLUCENT
  // Pixels are left out in a fixed pattern, so that no order of drawing is needed.
  if (lineColor.a < fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))))) discard;
#endif
  vec3 color = lineColor.rgb;
#ifdef TUBE
  float share = tube.x > 0.0 ? clamp(inTube.y / tube.x, 0.0, 1.0) : 0.0;
  // The ends are round, so that bends have no gaps.
  float beyond = inTube.y < 0.0 ? inTube.y : max(0.0, inTube.y - tube.x);
  float radius = mix(tube.y, tube.z, share);
  float square = (inTube.x * inTube.x + beyond * beyond) / (radius * radius);
  if (square > 1.0) discard;
  float bulge = sqrt(1.0 - square);
  color = bulge < 0.5 && rimColor.x >= 0.0 ? rimColor : color * (0.4 + 0.6 * bulge);
  // Where tubes meet, each ends where it is inside the other one.
  float front = -mix(endDepths.x, endDepths.y, share) + radius * bulge;
  vec2 clip = mat2(projectionMatrix[2].zw, projectionMatrix[3].zw) * vec2(front, 1.0);
  gl_FragDepth = clamp(0.5 + 0.5 * clip.x / clip.y, 0.0, 1.0);
#endif
#ifdef FOG
  color = mix(color, fogColor, clamp((depth - fogRange.x) / (fogRange.y - fogRange.x), 0.0, 1.0));
#endif
  fragment = vec4(color, 1.0);
}`;

export interface Fog {
  /** 0xRRGGBB; usually the background's. */
  color: number;
  /** Distances from the camera, nm, at which it begins and at which only fog is seen. */
  near: number;
  far: number;
}

export class NeuronMaterial extends RawShaderMaterial {
  constructor(vertexShader: string, uniforms: Record<string, IUniform>) {
    super({ glslVersion: GLSL3, vertexShader, fragmentShader: FRAGMENT, uniforms });
  }

  setFog(fog: Fog | null): void {
    this.define("FOG", fog !== null);
    if (!fog) return;
    this.setUniform("fogColor", rgbOf(fog.color));
    this.setUniform("fogRange", [fog.near, fog.far]);
  }

  /** Some neurons are not fully opaque. */
  setTranslucent(isTranslucent: boolean): void {
    this.define("TRANSLUCENT", isTranslucent);
  }

  protected setUniform(name: string, value: unknown): void {
    const uniform = this.uniforms[name];
    if (uniform) uniform.value = value;
  }

  private define(name: string, isOn: boolean): void {
    if (name in this.defines === isOn) return;
    if (isOn) this.defines[name] = "";
    else delete this.defines[name];
    this.needsUpdate = true;
  }
}

export interface LineTextures {
  palette: Texture;
  shading: Texture;
  shadeScales: Texture;
}

export class LineMaterial extends NeuronMaterial {
  constructor({ palette, shading, shadeScales }: LineTextures) {
    super(VERTEX, {
      palette: { value: palette },
      shading: { value: shading },
      shadeScales: { value: shadeScales },
      highlight: { value: [1, 0.84, 0] },
      pointSize: { value: 5 },
      fogColor: { value: [0, 0, 0] },
      fogRange: { value: [0, 1] },
    });
  }

  /** Colour that the active neuron is mixed with, 0xRRGGBB. */
  setHighlight(color: number): void {
    this.setUniform("highlight", rgbOf(color));
  }

  setTextures(textures: Partial<LineTextures>): void {
    for (const [name, texture] of Object.entries(textures)) this.setUniform(name, texture);
  }
}

/** A line that colours no pixel: it makes the graphics card ready for the material. */
export function lineOfNoLength(material: LineMaterial): LineSegments<BufferGeometry, LineMaterial> {
  const [slot, shade] = [
    new BufferAttribute(new Uint32Array(2), 1),
    new BufferAttribute(new Uint8Array(2), 1),
  ] as const;
  for (const whole of [slot, shade]) whole.gpuType = IntType;
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(6), 3));
  geometry.setAttribute("slot", slot);
  geometry.setAttribute("shade", shade);
  const line = new LineSegments(geometry, material);
  line.raycast = () => {};
  line.frustumCulled = false;
  return line;
}

/** Red, green and blue as the canvas shows them, 0 to 1. */
function rgbOf(color: number): number[] {
  return [16, 8, 0].map((shift) => ((color >>> shift) & 255) / 255);
}
