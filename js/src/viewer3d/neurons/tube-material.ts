/** How tubes are drawn: for each edge a rectangle that faces the camera and is shaded as if it were round. */
import { DoubleSide } from "three";
import { type LineMaterial, LOOK, NeuronMaterial } from "./line-material";

const VERTEX = `${LOOK}
in vec2 corner;
in vec4 from;
in vec4 to;
in uvec2 tags;
uniform bool isPerspective;
out float across;

void main() {
  bool isEnd = corner.y > 0.5;
  lineColor = lookOf(isEnd ? tags.y : tags.x);
  vec3 start = (modelViewMatrix * vec4(from.xyz, 1.0)).xyz;
  vec3 end = (modelViewMatrix * vec4(to.xyz, 1.0)).xyz;
  float radius = isEnd ? to.w : from.w;
  vec3 along = end - start;
  along = dot(along, along) > 0.0 ? normalize(along) : vec3(1.0, 0.0, 0.0);
  // A little longer than the edge, so that bends have no gaps.
  vec3 seen = isEnd ? end + along * radius * 0.5 : start - along * radius * 0.5;
  vec3 away = isPerspective ? normalize(seen) : vec3(0.0, 0.0, -1.0);
  vec3 aside = cross(along, away);
  aside = dot(aside, aside) > 1e-8 ? normalize(aside) : vec3(1.0, 0.0, 0.0);
  across = corner.x;
  depth = -seen.z;
  vec4 front = projectionMatrix * vec4(seen - away * radius, 1.0);
  vec4 place = projectionMatrix * vec4(seen + aside * radius * corner.x, 1.0);
  // As near as the front of the tube, so that it covers its line.
  if (front.w > 0.0) place.z = front.z / front.w * place.w;
  gl_Position = lineColor.a == 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : place;
}`;

export class TubeMaterial extends NeuronMaterial {
  /** The colours are those of the lines. */
  constructor(lines: LineMaterial) {
    super(VERTEX, { ...lines.uniforms, isPerspective: { value: true } });
    this.defines.TUBE = "";
    // Which way round a rectangle is depends on the edge's direction.
    this.side = DoubleSide;
  }

  setPerspective(isPerspective: boolean): void {
    this.setUniform("isPerspective", isPerspective);
  }
}
